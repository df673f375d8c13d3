#pragma once

#include <string>

namespace farboot::server
{

/// Something that the server needs is away or full, and may come back: the caller answers 503. Is thrown as a part of
/// an exception that says more to those who know it.
struct Unavailable {
    std::string code;     ///< "database-away"
    std::string sentence; ///< for the client
    std::string detail;   ///< for the log
};

} // namespace farboot::server
