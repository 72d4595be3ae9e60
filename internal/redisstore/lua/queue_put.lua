-- Puts a referral into its queue, once.
-- KEYS r open os due:os
-- ARGV 1 ref  2 score: virtual enqueue time  3 sealed referral  4 priority
--      5 outbox entry for Slack
-- Returns {'new'} or {'known'}.
--include lib_now.lua
--include lib_item.lua
if redis.call('EXISTS', KEYS[1]) == 1 then return {'known'} end
redis.call('HSET', KEYS[1], 'st', 'open', 'f', '0', 'w', '', 'p', ARGV[4], 'q', ARGV[2], 'data', ARGV[3], 'ver', '1')
redis.call('ZADD', KEYS[2], ARGV[2], ARGV[1])
push(KEYS[3], KEYS[4], ARGV[1], ARGV[5])
return {'new'}
