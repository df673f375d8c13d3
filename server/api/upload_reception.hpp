#pragma once

#include "server/api/context.hpp"
#include "server/http/body.hpp"

#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <cstdint>
#include <memory>
#include <span>

namespace farboot::server::api
{

/// An upload's file while something is sent to it: nobody else has it meanwhile. What it says to the database is on the
/// disk.
class UploadReception
{
public:
    UploadReception(const Context& context, std::int64_t id, uploads::PartFile file, std::uint64_t offset)
        : context_(context), id_(id), file_(std::move(file)), offset_(offset), told_(offset)
    {
    }

    /// Takes the body until its end; what has come before a failure stays. Throws BodyLost. Reasons: disk-full, io,
    /// upload-over (it was removed meanwhile).
    [[nodiscard]] boost::asio::awaitable<Result<void>> receive(http::BodyReader& body);
    /// Where it goes on.
    [[nodiscard]] std::uint64_t offset() const { return offset_; }

private:
    using Clock = std::chrono::steady_clock;
    [[nodiscard]] boost::asio::awaitable<Result<void>> take(std::span<const char> bytes);
    [[nodiscard]] boost::asio::awaitable<Result<void>> tell();

    const Context& context_;
    std::int64_t id_;
    uploads::PartFile file_;
    std::uint64_t offset_;
    std::uint64_t told_;
    Clock::time_point told_at_ = Clock::now();
};

/// The file, if nobody else has it and it goes on at `offset`. Reasons: locked, offset-wrong, upload-over, disk-full,
/// io.
[[nodiscard]] boost::asio::awaitable<Result<std::shared_ptr<UploadReception>>>
begin_reception(const Context& context, std::int64_t id, std::uint64_t offset);

} // namespace farboot::server::api
