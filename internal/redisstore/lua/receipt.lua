-- Moves a delivery forward, never back.
-- KEYS 1 d hash
-- ARGV 1 oid  2 rank  3 status  4 code  5 provider id
--      then rank and name of every status, so that the order stands in one place
-- Returns {'unknown'}, {'kept'} or {'moved', the status before}.
local known = redis.call('HGET', KEYS[1], ARGV[1])
if not known then return {'unknown'} end
local before, _, sid = string.match(known, '^([^|]*)|([^|]*)|(.*)$')
local rank = 0
for i = 6, #ARGV, 2 do
  if ARGV[i + 1] == before then rank = tonumber(ARGV[i]) end
end
if tonumber(ARGV[2]) <= rank then return {'kept'} end
if ARGV[5] ~= '' then sid = ARGV[5] end
redis.call('HSET', KEYS[1], ARGV[1], ARGV[3] .. '|' .. ARGV[4] .. '|' .. (sid or ''))
return {'moved', before or ''}
