-- Renews a lease, or ends it at the first contact: from then on the referral
-- is assigned and only a person moves it.
-- KEYS r lease   ARGV 1 ref  2 worker  3 fence  4 lease ends, ms; '' contacted
-- Returns {'ok'} or {'lost'}.
local r = redis.call('HMGET', KEYS[1], 'st', 'w', 'f', 'con')
if r[1] ~= 'claimed' or r[2] ~= ARGV[2] or r[3] ~= ARGV[3] then return {'lost'} end
if ARGV[4] == '' then
  redis.call('HSET', KEYS[1], 'con', '1')
  redis.call('ZREM', KEYS[2], ARGV[1])
elseif r[4] ~= '1' then
  redis.call('HSET', KEYS[1], 'lu', ARGV[4])
  redis.call('ZADD', KEYS[2], ARGV[4], ARGV[1])
end
return {'ok'}
