#pragma once

#include "rootfs/fetch/http.hpp"
#include "rootfs/fetch/sockets.hpp"

#include <curl/curl.h>

#include <array>
#include <atomic>
#include <cstdio>
#include <memory>
#include <stop_token>
#include <string_view>

namespace farboot::rootfs
{

/// Of all transfers of a client: bytes of bodies, and how the last connection went.
struct TransferCounters {
    std::atomic<std::uint64_t> received = 0;
    std::atomic<std::uint64_t> sent = 0;
    std::atomic<std::size_t> transfers = 0; ///< that have begun or wait
    std::atomic<bool> unconnected = false;  ///< the last one, to whichever server, found nobody or somebody else
};

/// One request and its answer: the libcurl handle, what has come so far, and why it failed. Not for other folders.
/// Belongs to the client's thread once it is submitted.
class Transfer
{
public:
    using Clock = std::chrono::steady_clock;

    /// With `sink` the body goes there; with `only_ok` any status besides 2xx is a failure.
    Transfer(HttpRequest request, HttpClient::Sink sink, bool only_ok, HttpClient::Done done);
    ~Transfer();
    Transfer(const Transfer&) = delete;
    Transfer& operator=(const Transfer&) = delete;

    /// Is counted until it goes.
    void enter(TransferCounters& counters);
    /// From now on `stop` cancels the transfer; `wake` is called then, on the thread that stops.
    void watch(const std::stop_token& stop, std::function<void()> wake);
    /// Sets the handle up. Reason: bad-request.
    /// `sockets` are those of the client's connections.
    [[nodiscard]] Result<void> prepare(const TlsTrust& trust, Sockets& sockets);
    [[nodiscard]] CURL* handle() const { return easy_; }

    [[nodiscard]] bool cancelled() const { return cancelled_; }
    /// When this transfer has stalled if nothing comes until then.
    [[nodiscard]] Clock::time_point stalls_at();
    /// See HttpRequest::arrivals.
    [[nodiscard]] bool tells_arrivals() const { return static_cast<bool>(request_.arrivals); }
    void tell_arrivals();
    /// Since when nothing has come; since it began, if it has not been sent yet.
    [[nodiscard]] Clock::time_point silent_since() const { return last_sign_of_life_; }
    /// Something has come since.
    [[nodiscard]] bool was_heard_after(Clock::time_point time) const { return heard_ && *heard_ > time; }
    /// Of its connection; nothing if it has had none.
    [[nodiscard]] const std::optional<Ends>& ends() const { return ends_; }

    /// Each of these calls Done, once.
    void finish(CURLcode code);
    void finish_cancelled();
    void finish_stalled();
    void finish_failed(Error error);

private:
    static int on_request(void* self, char* remote_address, char* local_address, int remote_port,
                          int local_port) noexcept;
    static std::size_t on_header(char* data, std::size_t size, std::size_t count, void* self) noexcept;
    static std::size_t on_read(char* into, std::size_t size, std::size_t count, void* self) noexcept;
    static int on_seek(void* self, curl_off_t offset, int origin) noexcept;
    static std::size_t on_body(char* data, std::size_t size, std::size_t count, void* self) noexcept;

    [[nodiscard]] Result<void> set_request();
    [[nodiscard]] Result<void> set_body_file();
    void set_tls(const TlsTrust& trust);
    void add_header(std::string_view name, std::string_view value);
    bool header_line(std::string_view line);
    bool head_complete();
    /// Does the answer's Content-Range fit what was asked for? Sets range_length_.
    [[nodiscard]] bool range_fits(std::uint64_t first, std::uint64_t length);
    bool body_piece(Bytes piece);
    bool refuse(Error error);
    void note_life(std::uint64_t bytes);
    void count_sent();
    [[nodiscard]] bool status_is_ok() const { return response_.status >= 200 && response_.status < 300; }
    [[nodiscard]] Error too_long() const;

    HttpRequest request_;
    HttpClient::Sink sink_;
    bool only_ok_;
    HttpClient::Done done_;

    CURL* easy_;
    const Sockets* sockets_ = nullptr;
    curl_slist* headers_ = nullptr;
    std::array<char, CURL_ERROR_SIZE> detail_{};
    TransferCounters* counters_ = nullptr;
    std::unique_ptr<std::FILE, int (*)(std::FILE*)> body_file_{nullptr, &std::fclose};
    std::uint64_t body_first_ = 0;

    HttpResponse response_;
    std::string content_range_;
    std::uint64_t range_length_ = 0; ///< that the answer must have
    std::uint64_t received_ = 0;     ///< bytes of the body
    curl_off_t sent_ = 0;
    bool in_body_ = false;
    std::optional<Ends> ends_;
    curl_socket_t socket_ = CURL_SOCKET_BAD; ///< of this connection, once arrivals were told
    bool requested_ = false;                 ///< connected: silence counts from here
    Clock::time_point last_sign_of_life_ = Clock::now();
    std::optional<Clock::time_point> heard_; ///< the last sign of life that the other side gave
    std::uint64_t bytes_since_ = 0;          ///< the last sign of life
    std::optional<Error> refusal_;           ///< why a callback ended the transfer

    std::atomic<bool> cancelled_ = false;
    std::optional<std::stop_callback<std::function<void()>>> stop_; // last: goes before what it touches
};

} // namespace farboot::rootfs
