-- Adds one entry to an outbox of a referral, once per effect.
-- KEYS r outbox due   ARGV 1 ref  2 entry  3 id of the effect
-- Returns {'ok'} or {'again'}.
--include lib_now.lua
if redis.call('HSETNX', KEYS[1], 'e:' .. ARGV[3], '1') == 0 then return {'again'} end
redis.call('RPUSH', KEYS[2], ARGV[2])
redis.call('ZADD', KEYS[3], 'NX', int(now), ARGV[1])
return {'ok'}
