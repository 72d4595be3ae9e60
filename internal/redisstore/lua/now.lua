-- Tells the server's clock, to whoever only looks for what may be due: the
-- same clock that the scripts hold it against.
-- KEYS a key of what is looked at, so that its own server is asked
-- Returns {milliseconds}.
--include lib_now.lua
return {int(now)}
