#pragma once

#include "rootfs/base/error.hpp"

#include <functional>
#include <string>
#include <string_view>

namespace farboot::rootfs
{

/// What a program of a person at this PC wants to know of the server, asked as this PC (docs/pcs.md): such programs get
/// the answers, and never the session's secret.
struct RelayRequest {
    std::string method;
    std::string path;
    std::string body;

    /// One line. Reason: relay-refused (no such request, or one that is not for people's programs).
    [[nodiscard]] static Result<RelayRequest> parse(std::string_view line);
};

/// Answers a line with a line: {"ok": true, "body": "…"}, or {"ok": false, "reason": "…", "sentence": "…"}.
[[nodiscard]] std::string relay(std::string_view line, const std::function<Result<std::string>(RelayRequest)>& ask);

} // namespace farboot::rootfs
