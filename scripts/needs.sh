#!/bin/sh
# Installs what the tests need beside Go: redis-server and chromium. Where it
# cannot, it says exactly what is missing and how to get it.
set -u
missing=""
command -v redis-server >/dev/null 2>&1 || missing="$missing redis-server"
command -v chromium >/dev/null 2>&1 || command -v chromium-browser >/dev/null 2>&1 || command -v google-chrome >/dev/null 2>&1 ||
	[ -x "/Applications/Chromium.app/Contents/MacOS/Chromium" ] || [ -x "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome" ] || missing="$missing chromium"
[ -z "$missing" ] && exit 0
sudo=""
[ "$(id -u)" -eq 0 ] || sudo="sudo"
if command -v apt-get >/dev/null 2>&1; then
	echo "installing:$missing"
	$sudo apt-get update -qq && DEBIAN_FRONTEND=noninteractive $sudo apt-get install -y -qq $missing >/dev/null && exit 0
elif command -v brew >/dev/null 2>&1; then
	for m in $missing; do
		case $m in
		redis-server) brew install redis || exit 1 ;;
		chromium) brew install --cask chromium || exit 1 ;;
		esac
	done
	exit 0
fi
echo "The tests need:$missing" >&2
echo "Debian or Ubuntu: apt-get install$missing; macOS: brew install redis && brew install --cask chromium" >&2
exit 1
