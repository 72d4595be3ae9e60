-- Settles the head of an outbox; refused unless token and head are ours.
-- KEYS outbox due dead handed   ARGV 1 ref  2 token  3 id  4 delay ms, '' when done,
-- 'dead' to set it aside
-- Returns {'ok'} or {'lost'}.
--include lib_now.lua
local due = redis.call('ZSCORE', KEYS[2], ARGV[1])
local head = redis.call('LINDEX', KEYS[1], 0)
if not due or tonumber(due) ~= tonumber(ARGV[2]) or not head or string.match(head, '^([^|]*)|') ~= ARGV[3] then return {'lost'} end
if ARGV[4] ~= '' and ARGV[4] ~= 'dead' then
  redis.call('ZADD', KEYS[2], int(now + tonumber(ARGV[4])), ARGV[1])
  return {'ok'}
end
redis.call('LPOP', KEYS[1])
redis.call('HDEL', KEYS[4], ARGV[1])
if ARGV[4] == 'dead' then redis.call('RPUSH', KEYS[3], ARGV[1] .. '|' .. head) end
if redis.call('LLEN', KEYS[1]) == 0 then
  redis.call('ZREM', KEYS[2], ARGV[1])
else
  redis.call('ZADD', KEYS[2], int(now), ARGV[1])
end
return {'ok'}
