-- Forgets a referral. A mark stays for a while, so that an effect that is
-- still under way does not bring it back.
-- KEYS r open lease held os oc m due:os due:oc ids ts dead handed:os handed:oc
-- ARGV 1 ref  2 "cid|n"  3 ms the mark stays
-- Returns {'ok'}.
local h = redis.call('HMGET', KEYS[1], 'w', 'card', 'thread')
if h[1] then redis.call('ZREM', KEYS[4], h[1] .. '|' .. ARGV[1]) end
for _, i in ipairs({2, 3, 8, 9}) do redis.call('ZREM', KEYS[i], ARGV[1]) end
for i = 2, 3 do
  if h[i] and h[i] ~= '' then redis.call('HDEL', KEYS[11], h[i]) end
end
redis.call('HDEL', KEYS[10], ARGV[2])
redis.call('HDEL', KEYS[13], ARGV[1])
redis.call('HDEL', KEYS[14], ARGV[1])
for _, letter in ipairs(redis.call('LRANGE', KEYS[12], 0, -1)) do
  if string.sub(letter, 1, #ARGV[1] + 1) == ARGV[1] .. '|' then redis.call('LREM', KEYS[12], 1, letter) end
end
redis.call('UNLINK', KEYS[1], KEYS[5], KEYS[6], KEYS[7])
redis.call('HSET', KEYS[1], 'st', 'erased')
redis.call('PEXPIRE', KEYS[1], ARGV[3])
return {'ok'}
