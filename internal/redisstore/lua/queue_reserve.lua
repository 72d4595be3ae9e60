-- Reserves a number for a conversation's n-th referral; the same again for
-- the same conversation and n.
-- KEYS ids   ARGV 1 "cid|n"   Returns {number}.
local known = redis.call('HGET', KEYS[1], ARGV[1])
if known then return {known} end
local n = string.format('%.0f', redis.call('HINCRBY', KEYS[1], '#', 1) - 1)
redis.call('HSET', KEYS[1], ARGV[1], n)
return {n}
