-- What the lanes share. The including script has run lib_now.
--
-- Of each lane l the conversation's hash keeps, while something is in it:
--   st:l  what is known of the head: '' never handed out, 'f' in flight (its
--         outcome is not known), 'r' certainly not sent
--   at:l  how often the head was handed out to be sent
--   ha:l  when it was last handed out to be sent, ms
--   nc:l  the nonce of the call that took the lane, and what it was told
-- and for good
--   tk:l  the last token     ak:l  the last settlement, as token|oid
-- The token in force is the score in due:l. It names when the lease ends.

-- parse splits an entry's clear header: oid|kind|lock|fence|check, newline,
-- sealed body.
local function parse(entry)
  return string.match(entry, '^([^|\n]*)|([^|\n]*)|([^|\n]*)|([^|\n]*)|([^|\n]*)\n')
end

-- mint takes the lane: a token that was never used before becomes the score.
local function mint(conv, due, cid, lane, lease)
  local token = now + lease
  local last = tonumber(redis.call('HGET', conv, 'tk:' .. lane) or '0')
  if token <= last then token = last + 1 end
  token = int(token)
  redis.call('ZADD', due, token, cid)
  redis.call('HSET', conv, 'tk:' .. lane, token)
  return token
end

-- verdict says whether the head may go out now. Effects for the queue always
-- may; texts are held against what is true of the address at this moment.
local LIVE = 600000 -- ten minutes: a session in which the person holds the phone
local MARGIN = 300000 -- WhatsApp's window counts as closed five minutes early: clocks differ
local function verdict(conv, lane, kind, lock, fence)
  if lane == 'x' or kind == 'safety' then return 'send', '' end
  local c = redis.call('HMGET', conv, 'stop', 'f', 'in', 'win', 'terms')
  if c[1] == '1' and kind ~= 'stop' then return 'drop', 'stopped' end
  if kind == 'worker' and fence ~= (c[2] or '0') then return 'drop', 'lost' end
  local win = tonumber(c[4] or '') or 0
  if win > 0 and now > win - MARGIN then return 'drop', 'window' end
  local live = now - (tonumber(c[3] or '') or 0) <= LIVE
  if not live and c[5] ~= 'any' and kind ~= 'stop' then
    if c[5] == 'none' then return 'drop', 'terms' end
    if lock ~= 'safe' then return 'drop', 'lock' end
  end
  return 'send', ''
end

-- hand gives out the head. look says that nobody can be sure it was not sent
-- before: the caller looks it up first and asks again, and nothing is recorded
-- yet. Otherwise attempt and time are on record before the caller can send.
local function hand(conv, list, delivery, lane, token, look, nonce)
  local entry = redis.call('LINDEX', list, 0)
  local oid, kind, lock, fence = parse(entry)
  local h = redis.call('HMGET', conv, 'st:' .. lane, 'at:' .. lane, 'ha:' .. lane)
  local attempts = tonumber(h[2] or '0')
  local inflight = h[1] == 'f' and 1 or 0
  local say, reason = 'look', ''
  if not look and inflight == 0 then
    say, reason = verdict(conv, lane, kind, lock, fence)
    if say == 'send' then
      attempts = attempts + 1
      redis.call('HSET', conv, 'st:' .. lane, 'f', 'at:' .. lane, attempts, 'ha:' .. lane, int(now))
    end
  end
  redis.call('HSET', conv, 'nc:' .. lane, nonce .. '|' .. say .. '|' .. reason .. '|' .. inflight .. '|' .. (h[3] or ''))
  return {'head', token, entry, attempts, inflight, h[3] or '',
    redis.call('HGET', delivery, oid) or '', say, reason}
end
