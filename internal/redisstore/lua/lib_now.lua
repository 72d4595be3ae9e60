-- now: the server's clock in milliseconds. Every script reads it once, so
-- that the replicas of Linkline need not agree on the time.
local clock = redis.call('TIME')
local now = clock[1] * 1000 + math.floor(clock[2] / 1000)

-- int writes a whole number without exponent or fraction: Lua numbers are
-- floats, and Redis would keep 1.7e+12 as it is written.
local function int(n) return string.format('%.0f', n) end
