#pragma once

#include <string>

namespace farboot::textmenu
{

/// The text menu's own words in one language. Members with {} are fmt patterns.
struct Words {
    const char* network;
    const char* server;
    const char* choose;
    const char* empty;
    const char* countdown;  ///< title, seconds
    const char* fetching;   ///< title
    const char* verifying;  ///< title
    const char* loading;    ///< title
    const char* handover;   ///< title
    const char* waiting;    ///< seconds
    const char* left;       ///< seconds
    const char* key_waits;  ///< PC, code
    const char* key_other;  ///< PC, code
    const char* key_lost;   ///< PC
    const char* login_code; ///< address, code
    const char* login_over;
    const char* help_keys;
    const char* help_more;
    const char* help_log_in; ///< behind help_more
    const char* help_log_out;
};

/// German for "de", else English.
[[nodiscard]] const Words& words_in(const std::string& language);

} // namespace farboot::textmenu
