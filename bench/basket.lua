-- wrk script: POST /bookings by lines, always the same basket.
-- wrk -t1 -c64 -d10s -s basket.lua URL -- BASKET
dofile("outcome.lua")

function init(args)
  wrk.method, wrk.path = "POST", "/bookings"
  wrk.headers["Content-Type"] = "application/json"
  wrk.body = args[1]
end
