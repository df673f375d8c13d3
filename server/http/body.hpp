#pragma once

#include <boost/asio/awaitable.hpp>

#include <cstddef>
#include <cstdint>
#include <span>
#include <stdexcept>
#include <string>

namespace farboot::server::http
{

/// The client has gone, or is too slow: no answer is possible.
struct BodyLost : std::runtime_error {
    using std::runtime_error::runtime_error;
};

/// A request's body, for a route that takes it as it comes. A client that asked for it is told to go on with the first
/// read: one that is refused before has sent nothing for nothing.
class BodyReader
{
public:
    virtual ~BodyReader() = default;
    /// Bytes of the whole body.
    [[nodiscard]] virtual std::uint64_t length() const = 0;
    /// Fills `into`; less only at the body's end. Throws BodyLost.
    [[nodiscard]] virtual boost::asio::awaitable<std::size_t> read(std::span<char> into) = 0;
};

} // namespace farboot::server::http
