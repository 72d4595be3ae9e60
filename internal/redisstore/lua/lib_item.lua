-- push adds one entry to an outbox of a referral or an alert. The entry's head
-- is clear: id|kind|worker|fence|code|, then what is sealed, if anything.
local function push(box, due, of, entry)
  redis.call('RPUSH', box, entry)
  redis.call('ZADD', due, 'NX', int(now), of)
end
