#include "rootfs/fetch/transfer.hpp"

#include "rootfs/base/number.hpp"
#include "rootfs/fetch/failure.hpp"

#include <algorithm>
#include <charconv>
#include <new>

namespace farboot::rootfs
{

namespace
{

constexpr std::size_t max_error_body = 64 * 1024;

bool same_ignoring_case(std::string_view a, std::string_view b)
{
    auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; };
    return std::ranges::equal(a, b, {}, lower, lower);
}

} // namespace

Transfer::Transfer(HttpRequest request, HttpClient::Sink sink, bool only_ok, HttpClient::Done done)
    : request_(std::move(request)),
      sink_(std::move(sink)),
      only_ok_(only_ok),
      done_(std::move(done)),
      easy_(curl_easy_init())
{
    if (easy_ == nullptr)
        throw std::bad_alloc();
}

Transfer::~Transfer()
{
    if (counters_ != nullptr)
        --counters_->transfers;
    curl_easy_cleanup(easy_);
    curl_slist_free_all(headers_);
}

void Transfer::enter(TransferCounters& counters)
{
    counters_ = &counters;
    ++counters.transfers;
}

void Transfer::watch(const std::stop_token& stop, std::function<void()> wake)
{
    stop_.emplace(stop, [this, wake = std::move(wake)] {
        cancelled_ = true;
        wake();
    });
}

Transfer::Clock::time_point Transfer::stalls_at()
{
    if (!requested_)
        return Clock::time_point::max(); // connect_timeout rules here
    count_sent();
    return last_sign_of_life_ + request_.stall_timeout;
}

void Transfer::count_sent()
{
    curl_off_t sent = 0;
    if (curl_easy_getinfo(easy_, CURLINFO_SIZE_UPLOAD_T, &sent) != CURLE_OK || sent == sent_)
        return;
    if (sent > sent_) // after a redirect it begins anew
        counters_->sent += static_cast<std::uint64_t>(sent - sent_);
    sent_ = sent;
    last_sign_of_life_ = Clock::now();
    heard_ = last_sign_of_life_; // the other side takes it
}

int Transfer::on_request(void* self, char* remote_address, char* local_address, int remote_port,
                         int local_port) noexcept
{
    auto* transfer = static_cast<Transfer*>(self);
    transfer->ends_ = Ends{local_address, local_port, remote_address, remote_port};
    transfer->socket_ = CURL_SOCKET_BAD;
    transfer->requested_ = true;
    transfer->last_sign_of_life_ = Clock::now();
    return CURL_PREREQFUNC_OK;
}

std::size_t Transfer::on_header(char* data, std::size_t size, std::size_t count, void* self) noexcept
{
    return static_cast<Transfer*>(self)->header_line({data, size * count}) ? size * count : 0;
}

std::size_t Transfer::on_read(char* into, std::size_t size, std::size_t count, void* self) noexcept
{
    auto* file = static_cast<Transfer*>(self)->body_file_.get();
    const auto got = std::fread(into, size, count, file);
    return got == 0 && std::ferror(file) != 0 ? CURL_READFUNC_ABORT : got * size;
}

/// libcurl begins anew when a connection that was kept turns out to be gone.
int Transfer::on_seek(void* self, curl_off_t offset, int origin) noexcept
{
    const auto* transfer = static_cast<Transfer*>(self);
    const auto first = origin == SEEK_SET ? static_cast<curl_off_t>(transfer->body_first_) : 0;
    return ::fseeko(transfer->body_file_.get(), first + offset, origin) == 0 ? CURL_SEEKFUNC_OK : CURL_SEEKFUNC_FAIL;
}

std::size_t Transfer::on_body(char* data, std::size_t size, std::size_t count, void* self) noexcept
{
    auto piece = std::as_bytes(std::span(data, size * count));
    return static_cast<Transfer*>(self)->body_piece(piece) ? piece.size() : 0;
}

bool Transfer::refuse(Error error)
{
    refusal_ = std::move(error);
    return false;
}

void Transfer::note_life(std::uint64_t bytes)
{
    bytes_since_ += bytes;
    if (bytes_since_ < request_.least_bytes)
        return;
    bytes_since_ = 0;
    last_sign_of_life_ = Clock::now();
    heard_ = last_sign_of_life_;
}

bool Transfer::header_line(std::string_view line)
{
    note_life(line.size());
    while (line.ends_with('\n') || line.ends_with('\r') || line.ends_with(' '))
        line.remove_suffix(1);
    if (line.starts_with("HTTP/")) { // of a redirect's or an interim answer there may have been one before
        response_ = {};
        response_.protocol = line.substr(0, line.find(' '));
        content_range_.clear();
        in_body_ = false;
        return true;
    }
    if (in_body_) // a trailer: nothing in it counts
        return true;
    if (line.empty())
        return head_complete();
    auto colon = line.find(':');
    if (colon == line.npos)
        return true;
    auto name = line.substr(0, colon);
    auto value = line.substr(std::min(line.find_first_not_of(" \t", colon + 1), line.size()));
    if (!request_.keep_header.empty() && same_ignoring_case(name, request_.keep_header))
        response_.kept_header = value;
    if (same_ignoring_case(name, "etag"))
        response_.etag = value;
    else if (same_ignoring_case(name, "content-type"))
        response_.content_type = value;
    else if (same_ignoring_case(name, "content-range"))
        content_range_ = value;
    else if (same_ignoring_case(name, "content-length"))
        response_.length = to_number<std::uint64_t>(value);
    return true;
}

bool Transfer::range_fits(std::uint64_t first, std::uint64_t length)
{
    // "bytes 0-499/1234" or "/*" (RFC 9110, 14.4); several ranges at once come without this header
    const std::string_view text = content_range_;
    const auto start = fmt::format("bytes {}-", first);
    if (response_.status != 206 || !text.starts_with(start))
        return false;
    std::uint64_t last = 0;
    const auto [end, error] = std::from_chars(text.data() + start.size(), text.data() + text.size(), last);
    if (error != std::errc{} || end == text.data() + text.size() || *end != '/')
        return false;
    const auto wanted = first + length - 1;
    // Less is the end of the file, if the server knows where that is; otherwise it is something else than was asked
    // for.
    const std::string_view total(end + 1, text.data() + text.size());
    const auto is_cut = last >= first && last < wanted && (total == "*" || total == std::to_string(last + 1));
    if (last != wanted && !(request_.range_may_be_cut && is_cut))
        return false;
    range_length_ = last - first + 1;
    return true;
}

bool Transfer::head_complete()
{
    curl_easy_getinfo(easy_, CURLINFO_RESPONSE_CODE, &response_.status);
    if (response_.status < 200)
        return true;
    in_body_ = true;
    if (!request_.range || !status_is_ok())
        return true;
    const auto [first, length] = *request_.range;
    if (range_fits(first, length))
        return true;
    return refuse(
        {"range-ignored", fmt::format("{}: the server did not send the {} bytes from {} on that were asked "
                                      "for, but {} ({}). A server or cache on the way cannot do ranges.",
                                      shown_url(request_.url), length, first,
                                      content_range_.empty() ? "something else" : content_range_, response_.status)});
}

Error Transfer::too_long() const
{
    return {"too-long", fmt::format("{}: the answer is longer than the {} bytes that it may have.",
                                    shown_url(request_.url), request_.max_body)};
}

bool Transfer::body_piece(Bytes piece)
{
    note_life(piece.size());
    counters_->received += piece.size();
    received_ += piece.size();
    std::string_view text(reinterpret_cast<const char*>(piece.data()), piece.size());
    if (only_ok_ && !status_is_ok()) { // the server's sentence; the rest is of no use
        response_.body += text.substr(0, max_error_body - std::min(max_error_body, response_.body.size()));
        return received_ <= max_error_body;
    }
    if (received_ > request_.max_body || (request_.range && status_is_ok() && received_ > range_length_))
        return refuse(too_long());
    if (!sink_) {
        response_.body += text;
        return true;
    }
    tell_arrivals();
    return sink_(piece) ||
           refuse({"cancelled", fmt::format("{}: the transfer was cancelled.", shown_url(request_.url))});
}

void Transfer::tell_arrivals()
{
    if (!request_.arrivals || !ends_)
        return;
    if (socket_ == CURL_SOCKET_BAD)
        socket_ = sockets_->find(*ends_);
    request_.arrivals(sockets_->arrivals(socket_));
}

void Transfer::finish(CURLcode code)
{
    counters_->unconnected = code != CURLE_OK && !requested_;
    count_sent();
    if (refusal_)
        return done_(std::unexpected(*refusal_));
    if (only_ok_ && in_body_ && !status_is_ok() && (code == CURLE_OK || received_ > 0))
        return done_(std::unexpected(status_failure(response_.status, response_.body, request_.url)));
    bool short_range =
        code == CURLE_OK && request_.range && status_is_ok() && request_.method != "HEAD" && received_ != range_length_;
    if (short_range)
        code = CURLE_PARTIAL_FILE;
    if (code != CURLE_OK) {
        std::string_view detail = detail_[0] != '\0' ? detail_.data() : curl_easy_strerror(code);
        return done_(std::unexpected(transfer_failure(code, detail, request_.url, in_body_)));
    }
    done_(std::move(response_));
}

void Transfer::finish_cancelled()
{
    done_(fail("cancelled", "{}: the transfer was cancelled.", shown_url(request_.url)));
}

void Transfer::finish_stalled()
{
    double seconds = std::chrono::duration<double>(request_.stall_timeout).count();
    done_(fail("stalled", "{}: {} came for {:.3g} seconds after {} bytes. Check the network; then try again.",
               shown_url(request_.url), bytes_since_ == 0 ? "nothing" : "next to nothing", seconds, received_));
}

void Transfer::finish_failed(Error error)
{
    done_(std::unexpected(std::move(error)));
}

} // namespace farboot::rootfs
