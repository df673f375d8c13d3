#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

namespace farboot::server::http
{

/// What a client may take of the server. Bodies have limits of their own, by route.
struct Limits {
    std::size_t header_bytes = 16 * 1024;              ///< more gets 431
    std::chrono::milliseconds header_deadline{15'000}; ///< from a request's first byte (TLS handshake: from accept)
    std::chrono::milliseconds body_deadline{60'000};   ///< for the whole body
    std::uint64_t upload_rate = 8 * 1024;              ///< bytes a second: an upload has so much more time for its body
    std::chrono::milliseconds idle{60'000};            ///< between two requests of a connection
    std::chrono::milliseconds write_stall{60'000};     ///< for each block of an answer
    std::size_t connections = 16'384;                  ///< at once, more are closed
    std::size_t connections_per_address = 1'024;       ///< an IPv4 address or an IPv6 /64; a lab may share one
    std::uint64_t requests_per_second = 0;             ///< of an address, as above, in the long run; 0: any number
    std::uint64_t request_burst = 1000;                ///< and at once
    std::uint64_t bytes_per_second = 0;                ///< sent to an address in the long run; 0: any number
    std::uint64_t byte_burst_seconds = 60;             ///< and at once, what comes together in this time
    std::chrono::milliseconds stop_grace{10'000};      ///< for running requests when the server stops
};

} // namespace farboot::server::http
