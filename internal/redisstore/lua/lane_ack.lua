-- lane_ack: settle the head of a lane. Refused unless the lane is still the
-- caller's and the head is still the one it was handed.
--
-- KEYS 1 c hash   2 lane list   3 due zset of the lane   4 d hash   5 dead list
-- ARGV 1 cid   2 lane   3 token   4 oid
--      5 sent    the provider took it
--        retry   certainly not sent; again after the delay
--        hold    not known yet; again after the delay, still in flight
--        gone    it may not be sent any more
--        dead    it can never be sent; a dead letter is kept
--      6 delay ms   7 provider's id   8 code or reason   9 dead letter
--      10 lease ms   11 '1': the caller goes on with the next head
--
-- Returns {'lost'}, {'done'}, or {'more', token} when the next head is the
-- caller's. A repeat is told the same again.
--include lib_now.lua
--include lib_lane.lua

local conv, list, due, delivery = KEYS[1], KEYS[2], KEYS[3], KEYS[4]
local cid, lane, oid, what = ARGV[1], ARGV[2], ARGV[4], ARGV[5]
local score = tonumber(redis.call('ZSCORE', due, cid) or '')
local head = redis.call('LINDEX', list, 0)
if not head or score ~= tonumber(ARGV[3]) or parse(head) ~= oid then
  local last = redis.call('HMGET', conv, 'ak:' .. lane, 'tk:' .. lane)
  if last[1] ~= ARGV[3] .. '|' .. oid then return {'lost'} end
  if ARGV[11] == '1' and head and score and score == tonumber(last[2]) then return {'more', last[2]} end
  return {'done'}
end
redis.call('HSET', conv, 'ak:' .. lane, ARGV[3] .. '|' .. oid)

if what == 'retry' or what == 'hold' then
  if what == 'retry' then redis.call('HSET', conv, 'st:' .. lane, 'r') end
  redis.call('ZADD', due, int(now + tonumber(ARGV[6])), cid)
  return {'done'}
end

redis.call('LPOP', list)
redis.call('HDEL', conv, 'st:' .. lane, 'at:' .. lane, 'ha:' .. lane, 'nc:' .. lane)
if what == 'dead' then redis.call('RPUSH', KEYS[5], ARGV[9]) end
if lane ~= 'x' then
  -- A receipt may have come before us and know better.
  local status, code, sid = string.match(redis.call('HGET', delivery, oid) or '||', '^([^|]*)|([^|]*)|(.*)$')
  if what == 'sent' and (status == '' or status == 'dropped') then status, code = 'queued', '' end
  if what == 'gone' and status == '' then status, code = 'dropped', ARGV[8] end
  if what == 'dead' and status ~= 'delivered' and status ~= 'read' then status, code = 'failed', ARGV[8] end
  if sid == '' then sid = ARGV[7] end
  redis.call('HSET', delivery, oid, status .. '|' .. code .. '|' .. sid)
end

if redis.call('EXISTS', list) == 0 then
  redis.call('ZREM', due, cid)
  return {'done'}
end
if ARGV[11] ~= '1' then
  redis.call('ZADD', due, int(now), cid)
  return {'done'}
end
return {'more', mint(conv, due, cid, lane, tonumber(ARGV[10]))}
