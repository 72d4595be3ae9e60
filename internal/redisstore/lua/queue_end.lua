-- Ends a claim: 'freed' puts the referral back with its old age, 'closed'
-- ends it. Refused unless worker and fence are those in force; the reaper
-- names the lease it saw instead.
-- KEYS r open lease oc due:oc held
-- ARGV 1 ref  2 worker  3 fence  4 freed|closed  5 outcome code
--      6 lease the reaper saw, or ''
-- Returns {'ok', new fence}, {'lost'} or {'gone'}.
--include lib_now.lua
--include lib_item.lua
local r = redis.call('HMGET', KEYS[1], 'st', 'w', 'f', 'q')
if not r[1] or r[1] == 'erased' then return {'gone'} end
if r[1] ~= 'claimed' or r[2] ~= ARGV[2] or r[3] ~= ARGV[3] then return {'lost'} end
if ARGV[6] ~= '' then
  local seen = redis.call('ZSCORE', KEYS[3], ARGV[1])
  if not seen or tonumber(seen) ~= tonumber(ARGV[6]) or tonumber(seen) > now then return {'lost'} end
end
local f = string.format('%.0f', tonumber(r[3]) + 1)
redis.call('ZREM', KEYS[3], ARGV[1])
redis.call('ZREM', KEYS[6], ARGV[2] .. '|' .. ARGV[1])
if ARGV[4] == 'closed' then
  redis.call('HSET', KEYS[1], 'st', 'closed', 'f', f, 'code', ARGV[5])
else
  redis.call('HSET', KEYS[1], 'st', 'open', 'w', '', 'f', f)
  redis.call('ZADD', KEYS[2], r[4], ARGV[1])
end
push(KEYS[4], KEYS[5], ARGV[1], ARGV[1] .. '.' .. f .. '|' .. ARGV[4] .. '|' .. ARGV[2] .. '|' .. f .. '|' .. ARGV[5] .. '|')
return {'ok', f}
