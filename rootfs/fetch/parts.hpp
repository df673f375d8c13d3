#pragma once

#include "rootfs/fetch/http.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

namespace farboot::rootfs
{

/// A range that comes in parts, each by a transfer of its own, put together again in order. Not for other folders.
/// Lives as long as one of its transfers; all members belong to the client's thread.
class Parts : public std::enable_shared_from_this<Parts>
{
public:
    /// `done` gets the first part's answer, or the first failure, once no transfer runs any more. With `may_be_cut` the
    /// file may end within the parts, or before some of them.
    Parts(const std::vector<std::uint64_t>& lengths, bool may_be_cut, HttpClient::Sink sink, HttpClient::Done done)
        : parts_(lengths.begin(), lengths.end()),
          may_be_cut_(may_be_cut),
          running_(lengths.size()),
          sink_(std::move(sink)),
          done_(std::move(done))
    {
    }

    [[nodiscard]] HttpClient::Sink sink_of(std::size_t part);
    [[nodiscard]] HttpClient::Done done_of(std::size_t part);
    /// Ends the transfers that use it.
    [[nodiscard]] std::stop_source& stop() { return stop_; }

private:
    struct Part {
        explicit Part(std::uint64_t length) : missing(length) {}
        std::uint64_t missing; ///< bytes that have not come
        std::string waiting;   ///< what has come before its turn
        bool over = false;
    };

    bool take(std::size_t number, Bytes piece);
    void finish(std::size_t part, Result<HttpResponse> result);
    [[nodiscard]] bool give(Bytes piece);
    /// Hands over what has waited for the parts before it.
    void go_on();
    void fail_with(Error error);

    std::vector<Part> parts_;
    bool may_be_cut_;
    bool ended_ = false;   ///< the file, in a part before
    std::size_t turn_ = 0; ///< the part whose bytes go straight to the sink
    std::size_t running_;
    HttpClient::Sink sink_;
    HttpClient::Done done_;
    std::optional<HttpResponse> first_;
    std::optional<Error> failure_;
    std::stop_source stop_;
};

} // namespace farboot::rootfs
