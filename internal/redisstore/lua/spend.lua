-- Counts segments of one day, and tells once when the day's limit is reached.
-- KEYS 1 hash of the day   ARGV 1 segments  2 limit, 0 for none  3 ms it is kept
-- Returns {total, '1' for the call that reached the limit first, else ''}.
local total = redis.call('HINCRBY', KEYS[1], 'n', ARGV[1])
redis.call('PEXPIRE', KEYS[1], ARGV[3])
local limit, first = tonumber(ARGV[2]), ''
if limit > 0 and total >= limit and redis.call('HSETNX', KEYS[1], 'told', '1') == 1 then first = '1' end
return {total, first}
