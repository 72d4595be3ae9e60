-- News of a page from whoever carried it. Its status never goes back.
-- KEYS p   ARGV 1 delivered|failed  2 code
-- Returns {'unknown'}, {'kept'} or {'moved'}.
local st = redis.call('HGET', KEYS[1], 'st')
if not st then return {'unknown'} end
if st == 'delivered' or st == ARGV[1] then return {'kept'} end
redis.call('HSET', KEYS[1], 'st', ARGV[1], 'code', ARGV[2])
return {'moved'}
