package twilioemu

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
)

// listNumbers is the account's list of numbers with their webhooks. WhatsApp
// senders are not in it, as they are not in Twilio's.
func (e *Emulator) listNumbers(w http.ResponseWriter) {
	e.mu.Lock()
	defer e.mu.Unlock()
	list := []map[string]any{}
	for i, address := range slices.Sorted(maps.Keys(e.numbers)) {
		if strings.HasPrefix(address, "whatsapp:") {
			continue
		}
		n := e.numbers[address]
		list = append(list, map[string]any{
			"sid": fmt.Sprintf("PN%032x", i), "account_sid": e.conf.AccountSID, "phone_number": address, "friendly_name": address,
			"sms_url": n.Webhook, "sms_method": "POST", "sms_fallback_url": n.Fallback, "sms_fallback_method": "POST", "voice_url": n.Voice,
			"capabilities": map[string]bool{"sms": true, "voice": true},
		})
	}
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(map[string]any{
		"incoming_phone_numbers": list, "page": 0, "page_size": 200, "start": 0, "end": len(list), "first_page_uri": "", "next_page_uri": nil, "uri": "",
	})
}
