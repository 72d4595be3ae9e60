-- Takes a page that is due, for one replica. The attempt is on record before
-- the caller can send.
-- KEYS p pages a
-- ARGV 1 id  2 score that was seen  3 lease ms  4 nonce
--      5 '1': it was in flight and is certainly not sent, or may go out twice
-- Returns {'lost'} or {'head', token, attempts, 1 if it was in flight, ms when
-- it was last handed out, send|look|drop|sent}. 'look': a holder before may
-- have sent it. 'drop': the alert is closed, or somebody has it. 'sent': a
-- receipt says so.
--include lib_now.lua
--include lib_rung.lua
local h = redis.call('HMGET', KEYS[1], 'st', 'n', 'ha')
if not h[1] then
  redis.call('ZREM', KEYS[2], ARGV[1])
  return {'lost'}
end
local repeated = redis.call('HGET', KEYS[1], 'nc') == ARGV[4]
local token
if ARGV[5] == '1' and ours(KEYS[2], ARGV[1], ARGV[2]) then
  token = ARGV[2]
else
  token = seize(KEYS[1], KEYS[2], ARGV[1], ARGV[2], tonumber(ARGV[3]), ARGV[4])
end
if not token then return {'lost'} end
if repeated then
  return {'head', token, tonumber(h[2] or '0'), 0, h[3] or '', redis.call('HGET', KEYS[1], 'say') or 'look'}
end
local a = redis.call('HMGET', KEYS[3], 'st', 'until')
local attempts, say, inflight = tonumber(h[2] or '0'), 'send', h[1] == 'f' and 1 or 0
if h[1] == 'delivered' or h[1] == 'failed' then
  say = 'sent'
elseif inflight == 1 and ARGV[5] ~= '1' then
  say = 'look'
elseif a[1] ~= 'open' and not (a[1] == 'taken' and tonumber(a[2] or '0') <= now) then
  say = 'drop'
else
  attempts = attempts + 1
  redis.call('HSET', KEYS[1], 'st', 'f', 'n', attempts, 'ha', int(now))
end
redis.call('HSET', KEYS[1], 'say', say)
return {'head', token, attempts, inflight, h[3] or '', say}
