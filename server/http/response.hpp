#pragma once

#include "rootfs/base/error.hpp"
#include "server/http/file.hpp"

#include <boost/asio/awaitable.hpp>
#include <nlohmann/json_fwd.hpp>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace farboot::server::http
{

/// A part of a file, sent from disk in big blocks.
struct FilePart {
    std::shared_ptr<const File> file;
    std::uint64_t offset = 0;
    std::uint64_t length = 0;
};

/// An answer of which nobody knows the end: it is sent as it comes.
class Stream
{
public:
    virtual ~Stream() = default;
    /// The next bytes; none: it is over. Must not wait for longer than a second or so without looking whether there is
    /// anything to send, and sends something once in a while: that is how it is noticed that the client has gone.
    [[nodiscard]] virtual boost::asio::awaitable<std::string> next() = 0;
};

struct Response {
    int status = 200;
    std::vector<std::pair<std::string, std::string>> headers; ///< all but Content-Length, Date and Connection
    std::variant<std::string, FilePart, std::shared_ptr<Stream>> body;
    std::string code; ///< of an error: goes to the log

    Response& with(std::string name, std::string value) &
    {
        headers.emplace_back(std::move(name), std::move(value));
        return *this;
    }
    Response&& with(std::string name, std::string value) &&
    {
        return std::move(with(std::move(name), std::move(value)));
    }

    [[nodiscard]] std::uint64_t length() const; ///< 0 of a stream
    [[nodiscard]] bool is_stream() const { return std::holds_alternative<std::shared_ptr<Stream>>(body); }
};

[[nodiscard]] Response text(int status, std::string body);
/// JSON that no cache keeps.
[[nodiscard]] Response json(int status, const nlohmann::json& body);
/// The same, of JSON that is text already.
[[nodiscard]] Response json_text(int status, std::string body);
/// {"error": {"code", "sentence", "field"}}; `field` is left out if empty.
[[nodiscard]] Response error(int status, std::string code, std::string_view sentence, std::string_view field = {});
[[nodiscard]] Response error(int status, const Error& error, std::string_view field = {});
[[nodiscard]] Response redirect(std::string location);
/// 204.
[[nodiscard]] Response no_content();

/// "Not Found" for 404.
[[nodiscard]] std::string_view phrase_of(int status);

} // namespace farboot::server::http
