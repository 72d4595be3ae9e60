-- Adds one entry to an outbox of a referral, once per effect.
-- KEYS r outbox due   ARGV 1 ref  2 entry  3 id of the effect
-- Returns {'ok'}, {'again'}, {'erased'} or {'gone'}.
--include lib_now.lua
--include lib_item.lua
local st = redis.call('HGET', KEYS[1], 'st')
if not st then return {'gone'} end
if st == 'erased' then return {'erased'} end
if redis.call('HSETNX', KEYS[1], 'e:' .. ARGV[3], '1') == 0 then return {'again'} end
push(KEYS[2], KEYS[3], ARGV[1], ARGV[2])
return {'ok'}
