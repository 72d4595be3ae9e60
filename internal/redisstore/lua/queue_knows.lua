-- Keeps a referral from a worker who knows the person, for good. Whoever
-- holds it lets it go first.
-- KEYS r   ARGV 1 worker   Returns {'ok'}, {'holds'} or {'gone'}.
local r = redis.call('HMGET', KEYS[1], 'st', 'w')
if not r[1] or r[1] == 'erased' then return {'gone'} end
if r[1] == 'claimed' and r[2] == ARGV[1] then return {'holds'} end
redis.call('HSET', KEYS[1], 'k:' .. ARGV[1], '1')
return {'ok'}
