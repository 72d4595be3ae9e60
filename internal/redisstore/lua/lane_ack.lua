-- Settles the head of a lane; refused unless token and head are still ours.
-- KEYS 1 c hash  2 list  3 due  4 d hash  5 dead
-- ARGV 1 cid  2 lane  3 token  4 oid  5 sent|retry|hold|gone|dead
--      6 delay ms  7 provider id  8 dead letter  9 lease ms  10 nonce
-- Returns {'lost'}, {'done'}, or {'more', token} when the next head is the
-- caller's.
--include lib_now.lua
--include lib_lane.lua
local conv, list, due, cid, lane = KEYS[1], KEYS[2], KEYS[3], ARGV[1], ARGV[2]
local score = redis.call('ZSCORE', due, cid)
local head = redis.call('LINDEX', list, 0)
if not score or tonumber(score) ~= tonumber(ARGV[3]) or not head or parse(head) ~= ARGV[4] then return {'lost'} end
if ARGV[5] == 'retry' or ARGV[5] == 'hold' then
  if ARGV[5] == 'retry' then redis.call('HSET', conv, 'st:' .. lane, 'r') end
  redis.call('ZADD', due, int(now + tonumber(ARGV[6])), cid)
  return {'done'}
end
redis.call('LPOP', list)
redis.call('HDEL', conv, 'st:' .. lane, 'at:' .. lane, 'ha:' .. lane)
if ARGV[5] == 'sent' and lane ~= 'x' then
  local known = redis.call('HGET', KEYS[4], ARGV[4])
  if not known or string.sub(known, 1, 1) == '|' then
    redis.call('HSET', KEYS[4], ARGV[4], 'queued||' .. ARGV[7])
  end
end
if ARGV[5] == 'dead' then
  redis.call('RPUSH', KEYS[5], ARGV[8])
  if lane ~= 'x' then redis.call('HSET', KEYS[4], ARGV[4], 'failed||' .. ARGV[7]) end
end
if redis.call('EXISTS', list) == 0 then
  redis.call('ZREM', due, cid)
  return {'done'}
end
return {'more', mint(conv, due, cid, lane, tonumber(ARGV[9]), ARGV[10])}
