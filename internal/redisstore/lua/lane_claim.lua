-- Hands out the head of a lane to whoever still has the score it saw.
-- KEYS 1 c hash  2 list  3 due  4 d hash
-- ARGV 1 cid  2 lane  3 score or token  4 '1': the token is the caller's own
--      5 lease ms  6 nonce  7 '1': it must be looked up before it is sent
--      8 '1': it was looked up: it was not sent
-- Returns {'lost'}, {'empty'} or {'head', token, entry, attempts, '1' if it
-- was in flight, ms when it was last handed out, delivery, send|look|drop,
-- reason}.
--include lib_now.lua
--include lib_lane.lua
local conv, list, due, cid, lane = KEYS[1], KEYS[2], KEYS[3], ARGV[1], ARGV[2]
local score = redis.call('ZSCORE', due, cid)
if not score or tonumber(score) ~= tonumber(ARGV[3]) then return {'lost'} end
if ARGV[4] ~= '1' and tonumber(score) > now then return {'lost'} end
if redis.call('EXISTS', list) == 0 then
  redis.call('ZREM', due, cid)
  return {'empty'}
end
local token = mint(conv, due, cid, lane, tonumber(ARGV[5]), ARGV[6])
if ARGV[8] == '1' then redis.call('HSET', conv, 'st:' .. lane, 'r') end
return hand(conv, list, KEYS[4], lane, token, ARGV[7] == '1' and ARGV[8] ~= '1' and redis.call('HGET', conv, 'st:' .. lane) ~= 'r')
