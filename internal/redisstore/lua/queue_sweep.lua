-- Puts the indexes of one referral right. The referral and its outboxes are
-- the truth.
-- KEYS r open lease held os oc due:os due:oc   ARGV 1 ref
-- Returns {number of index entries that were wrong}.
--include lib_now.lua
local ref, wrong = ARGV[1], 0
local r = redis.call('HMGET', KEYS[1], 'st', 'q', 'w', 'con', 'lu')
local function index(key, member, want)
  local have = redis.call('ZSCORE', key, member)
  if want and tonumber(have or '') ~= tonumber(want) then
    redis.call('ZADD', key, want, member)
    wrong = wrong + 1
  elseif have and not want then
    redis.call('ZREM', key, member)
    wrong = wrong + 1
  end
end
local claimed = r[1] == 'claimed'
index(KEYS[2], ref, r[1] == 'open' and r[2] or nil)
index(KEYS[3], ref, claimed and r[4] ~= '1' and r[5] or nil)
if claimed and not redis.call('ZSCORE', KEYS[4], r[3] .. '|' .. ref) then
  index(KEYS[4], r[3] .. '|' .. ref, r[5] or int(now))
end
for i = 5, 6 do
  local due = redis.call('ZSCORE', KEYS[i + 2], ref)
  if redis.call('EXISTS', KEYS[i]) == 0 then index(KEYS[i + 2], ref, nil)
  elseif not due then index(KEYS[i + 2], ref, int(now)) end
end
return {wrong}
