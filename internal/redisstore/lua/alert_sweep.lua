-- Puts the index of one alert or page right: as long as it has a next time it
-- is in there.
-- KEYS a or p, its index   ARGV 1 id   Returns {1 if it was wrong, else 0}.
local due = redis.call('HGET', KEYS[1], 'next')
local have = redis.call('ZSCORE', KEYS[2], ARGV[1])
if due and not have then
  redis.call('ZADD', KEYS[2], due, ARGV[1])
  return {1}
end
if have and not due then
  redis.call('ZREM', KEYS[2], ARGV[1])
  return {1}
end
return {0}
