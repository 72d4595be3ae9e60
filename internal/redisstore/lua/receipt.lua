-- receipt: news of one text from the provider. A status never goes back.
--
-- KEYS 1 d hash, oid to status|code|sid; an empty status: committed only
-- ARGV 1 oid   2 rank   3 status   4 code   5 provider's id
--      then rank and name of every status, so that the order stands in one
--      place
--
-- Returns {'unknown'} for a text that never was in a lane, {'kept'} or
-- {'moved', the status before}. A failure told again counts as moved: whoever
-- heard it first may have died before anybody was told.
local known = redis.call('HGET', KEYS[1], ARGV[1])
if not known then return {'unknown'} end
local before, code, sid = string.match(known, '^([^|]*)|([^|]*)|(.*)$')
local rank = 0
for i = 6, #ARGV, 2 do
  if ARGV[i + 1] == before then rank = tonumber(ARGV[i]) end
end
if sid == '' then sid = ARGV[5] end
local status, moved = before, tonumber(ARGV[2]) > rank
if moved then status, code = ARGV[3], ARGV[4] end
redis.call('HSET', KEYS[1], ARGV[1], status .. '|' .. code .. '|' .. sid)
if moved or (ARGV[3] == 'failed' and before == 'failed') then return {'moved', before} end
return {'kept'}
