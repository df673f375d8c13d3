#pragma once

#include <chrono>
#include <cstdint>
#include <string_view>

namespace farboot::server::http
{

/// A request that is over.
struct Finished {
    std::string_view id{};
    std::string_view method{}; ///< as it came, "OTHER" for an unknown one
    std::string_view target{}; ///< as it came: has secrets of others in its query, perhaps
    std::string_view route{};  ///< its pattern; empty: none
    int status = 0;            ///< 0: no answer could be given
    std::string_view code{};   ///< of an error
    std::string_view client{};
    std::string_view who{};  ///< "user:anna", "pc:12"; empty: nobody
    std::uint64_t bytes = 0; ///< of the answer's body, 0 of a stream
    bool streamed = false;   ///< took as long as the client wanted
    std::chrono::steady_clock::duration took{};
};

/// Counts what the server does. Called on its threads.
class Observer
{
public:
    virtual ~Observer() = default;
    virtual void finished(const Finished& request) = 0;
    virtual void connected() = 0;
    virtual void disconnected() = 0;
    virtual void refused_connection() = 0;
};

} // namespace farboot::server::http
