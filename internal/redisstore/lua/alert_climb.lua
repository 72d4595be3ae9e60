-- Records that a rung was climbed: its pages, and when the next is due. All of
-- it or nothing, and only while the claim is in force: an alert that somebody
-- took or closed in between pages nobody.
-- KEYS a alerts pages pa, then p of every page
-- ARGV 1 id  2 token  3 rung that is next  4 when it is due, ms
--      then of every page: id, kind, sealed page
-- Returns {'ok'} or {'lost'}; a repeat is told the same again.
--include lib_now.lua
--include lib_rung.lua
if not ours(KEYS[2], ARGV[1], ARGV[2]) then
  if redis.call('HGET', KEYS[1], 'ack') == ARGV[2] then return {'ok'} end
  return {'lost'}
end
redis.call('HSET', KEYS[1], 'rung', ARGV[3], 'next', ARGV[4], 'ack', ARGV[2])
redis.call('ZADD', KEYS[2], ARGV[4], ARGV[1])
for i = 5, #KEYS do
  local at = 5 + (i - 5) * 3
  if redis.call('HSETNX', KEYS[i], 'data', ARGV[at + 2]) == 1 then
    redis.call('HSET', KEYS[i], 'kind', ARGV[at + 1], 'a', ARGV[1], 'st', '', 'next', int(now), 'since', int(now))
    redis.call('ZADD', KEYS[3], int(now), ARGV[at])
    redis.call('RPUSH', KEYS[4], ARGV[at])
  end
end
return {'ok'}
