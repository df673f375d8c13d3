#pragma once

#include "rootfs/base/error.hpp"
#include "server/http/file.hpp"

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

struct Response {
    int status = 200;
    std::vector<std::pair<std::string, std::string>> headers; ///< all but Content-Length, Date and Connection
    std::variant<std::string, FilePart> body;
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

    [[nodiscard]] std::uint64_t length() const;
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
