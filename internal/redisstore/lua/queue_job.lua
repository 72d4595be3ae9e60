-- Adds a job that belongs to no referral, for the outbox drainers.
-- KEYS outbox due   ARGV 1 job  2 entry
-- Returns {'ok'}. A job that is added twice is done twice.
--include lib_now.lua
--include lib_item.lua
push(KEYS[1], KEYS[2], ARGV[1], ARGV[2])
return {'ok'}
