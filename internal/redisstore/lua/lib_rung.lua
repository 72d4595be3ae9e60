-- Alerts and pages are worked off as the lanes are: the score in the index is
-- when something is due and, once taken, the token of whoever took it.

-- seize takes what is due for one caller, or tells a repeat the same again.
-- It returns the token, or nil when it is somebody else's or not due.
local function seize(hash, index, id, seen, lease, nonce)
  local score = tonumber(redis.call('ZSCORE', index, id) or '')
  if not score then return nil end
  local h = redis.call('HMGET', hash, 'tok', 'nc')
  local last = tonumber(h[1] or '0')
  if score ~= tonumber(seen) then
    if h[2] == nonce and score == last then return h[1] end
    return nil
  end
  if score > now then return nil end -- a live lease, or not due yet
  local token = now + lease
  if token <= last then token = last + 1 end
  token = int(token)
  redis.call('ZADD', index, token, id)
  redis.call('HSET', hash, 'tok', token, 'nc', nonce, 'next', token)
  return token
end

-- ours tells whether a token is in force.
local function ours(index, id, token)
  local score = tonumber(redis.call('ZSCORE', index, id) or '')
  return score ~= nil and score == tonumber(token)
end
