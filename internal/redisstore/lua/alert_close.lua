-- Closes an alert with what was done. Nothing else ends its climb.
-- KEYS a alerts closed as due:as ac due:ac
-- ARGV 1 id  2 worker  3 code of what was done  4 sealed words, or ''
-- Returns {'ok'}, {'closed', worker} when it was closed before, or {'gone'}.
--include lib_now.lua
--include lib_item.lua
local st = redis.call('HGET', KEYS[1], 'st')
if not st then return {'gone'} end
if st == 'closed' then return {'closed', redis.call('HGET', KEYS[1], 'cw') or ''} end
redis.call('HSET', KEYS[1], 'st', 'closed', 'cw', ARGV[2], 'cc', ARGV[3], 'cn', ARGV[4], 'cat', int(now))
redis.call('HDEL', KEYS[1], 'next')
redis.call('ZREM', KEYS[2], ARGV[1])
redis.call('ZADD', KEYS[3], int(now), ARGV[1])
local id = ARGV[1] .. '.' .. redis.call('HINCRBY', KEYS[1], 'n', 1)
push(KEYS[4], KEYS[5], ARGV[1], id .. '|closed|' .. ARGV[2] .. '|0|' .. ARGV[3] .. '|')
push(KEYS[6], KEYS[7], ARGV[1], id .. '|closed|' .. ARGV[2] .. '|0|' .. ARGV[3] .. '|')
return {'ok'}
