-- lane_claim: take the head of one lane, to send it or to find out whether it
-- was sent. Nothing leaves Linkline that was not handed out here first.
--
-- KEYS 1 c hash   2 lane list   3 due zset of the lane   4 d hash
-- ARGV 1 cid   2 lane
--      3 the score a poller saw, or a token
--      4 '1': it is the caller's own token: from its commit, from the head
--        before, or from the claim after which it looked
--      5 lease ms   6 nonce
--      7 '1': the caller is not the committer; look the head up first
--      8 '1': the caller looked: the head was not sent
--
-- Returns {'lost'} when the lane is somebody else's, {'empty'}, or {'head',
-- token, element, attempts, 1 if it was in flight, ms when it was last handed
-- out, delivery, send|look|drop, reason}. Every call mints a fresh token and
-- with it a whole lease; a repeat with the same nonce is told the same again.
--include lib_now.lua
--include lib_lane.lua

local conv, list, due, delivery = KEYS[1], KEYS[2], KEYS[3], KEYS[4]
local cid, lane, own, looked = ARGV[1], ARGV[2], ARGV[4] == '1', ARGV[8] == '1'
local score = tonumber(redis.call('ZSCORE', due, cid) or '')
local h = redis.call('HMGET', conv, 'nc:' .. lane, 'tk:' .. lane, 'st:' .. lane, 'at:' .. lane)

if not score then return {'lost'} end
if score ~= tonumber(ARGV[3]) then
  local nonce, say, reason, inflight, handed = string.match(h[1] or '', '^([^|]*)|([^|]*)|([^|]*)|([^|]*)|(.*)$')
  local entry = redis.call('LINDEX', list, 0)
  if nonce ~= ARGV[6] or score ~= tonumber(h[2]) or not entry then return {'lost'} end
  return {'head', h[2], entry, tonumber(h[4] or '0'), tonumber(inflight), handed,
    redis.call('HGET', delivery, (parse(entry))) or '', say, reason}
end
if not own and score > now then return {'lost'} end -- a live lease
if redis.call('EXISTS', list) == 0 then
  redis.call('ZREM', due, cid)
  return {'empty'}
end

-- Sent by its own committer within the first lease, or looked up, or certainly
-- not sent by whoever had it: then, and only then, nothing needs looking up.
local _, _, _, _, check = parse(redis.call('LINDEX', list, 0))
local late = own and score <= now
local look = lane ~= 'x' and (ARGV[7] == '1' or late or check == '1') and h[3] ~= 'r'
if looked then
  look = false
  redis.call('HSET', conv, 'st:' .. lane, 'r')
end
return hand(conv, list, delivery, lane, mint(conv, due, cid, lane, tonumber(ARGV[5])), look, ARGV[6])
