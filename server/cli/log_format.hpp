#pragma once

#include <spdlog/formatter.h>

#include <string>
#include <string_view>

namespace farboot::server::cli
{

/// A line of the log as one JSON object. The program writes `name=value name="some text"`; the members are these, with
/// `time` and `level` before them. `status`, `bytes` and `ms` are numbers. What has no such form is `text`.
[[nodiscard]] std::string json_line(std::string_view time, std::string_view level, std::string_view text);

/// The above as spdlog wants it.
class JsonFormatter final : public spdlog::formatter
{
public:
    void format(const spdlog::details::log_msg& message, spdlog::memory_buf_t& into) override;
    [[nodiscard]] std::unique_ptr<spdlog::formatter> clone() const override;
};

} // namespace farboot::server::cli
