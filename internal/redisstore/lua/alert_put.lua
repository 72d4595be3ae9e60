-- Keeps a cry for help, once, and makes its first rung due.
-- KEYS a alerts as due:as
-- ARGV 1 id  2 sealed alert  3 when the first rung is due, ms; '' now
--      4 outbox entry for Slack
-- Returns {'new'} or {'known'}.
--include lib_now.lua
--include lib_item.lua
if redis.call('HSETNX', KEYS[1], 'data', ARGV[2]) == 0 then return {'known'} end
local due = ARGV[3] ~= '' and ARGV[3] or int(now)
redis.call('HSET', KEYS[1], 'st', 'open', 'rung', '0', 'next', due, 'since', int(now))
redis.call('ZADD', KEYS[2], due, ARGV[1])
push(KEYS[3], KEYS[4], ARGV[1], ARGV[4])
return {'new'}
