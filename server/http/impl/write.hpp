#pragma once

#include "server/http/impl/message.hpp"
#include "server/http/impl/tls_stream.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/tcp_stream.hpp>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <memory>
#include <span>
#include <string>
#include <sys/sendfile.h>

/// How answers get onto a stream. All functions give false when the client has gone or stopped reading.
namespace farboot::server::http
{

struct WriteOptions {
    bool head = false;                 ///< the header only
    bool keep = true;                  ///< the connection stays open
    std::chrono::milliseconds stall{}; ///< for each block
};

inline boost::asio::awaitable<bool> write_bytes(boost::beast::tcp_stream& stream, std::span<const char> bytes,
                                                std::chrono::milliseconds stall)
{
    stream.expires_after(stall);
    auto [failure, sent] = co_await boost::asio::async_write(stream, boost::asio::buffer(bytes.data(), bytes.size()),
                                                             boost::asio::as_tuple(boost::asio::use_awaitable));
    co_return !failure;
}

inline boost::asio::awaitable<bool> write_bytes(TlsStream& stream, std::span<const char> bytes,
                                                std::chrono::milliseconds stall)
{
    return stream.write(bytes, stall);
}

template <class Stream>
boost::asio::awaitable<bool> write_continue(Stream& stream)
{
    static constexpr std::string_view text = "HTTP/1.1 100 Continue\r\n\r\n";
    co_return co_await write_bytes(stream, text, std::chrono::seconds(15));
}

/// The kernel copies from the file to the socket. The stream's own timer does not see this, so there is one here.
inline boost::asio::awaitable<bool> send_file(boost::beast::tcp_stream& stream, const FilePart& part,
                                              std::chrono::milliseconds stall)
{
    auto& socket = stream.socket();
    boost::asio::steady_timer timer(stream.get_executor());
    stream.expires_never();
    auto offset = static_cast<off_t>(part.offset);
    auto left = part.length;
    while (left > 0) {
        const auto sent = ::sendfile(socket.native_handle(), part.file->descriptor(), &offset,
                                     std::min<std::uint64_t>(left, 1 << 20));
        if (sent > 0) {
            left -= static_cast<std::uint64_t>(sent);
            continue;
        }
        if (sent == 0 || (errno != EAGAIN && errno != EINTR)) // 0: the file has become shorter
            co_return false;
        timer.expires_after(stall);
        timer.async_wait([&socket](const boost::system::error_code& cancelled) {
            boost::system::error_code ignored;
            if (!cancelled)
                socket.close(ignored);
        });
        auto [failure] = co_await socket.async_wait(boost::asio::socket_base::wait_write,
                                                    boost::asio::as_tuple(boost::asio::use_awaitable));
        if (timer.cancel() == 0 || failure) // 0: its handler is on its way, and will close the socket
            co_return false;
    }
    co_return true;
}

inline boost::asio::awaitable<bool> write_file_part(TlsStream& stream, const std::string& header, const FilePart& part,
                                                    std::chrono::milliseconds stall)
{
    auto offset = part.offset;
    auto left = part.length;
    const auto size =
        std::max<std::size_t>(header.size(), std::min<std::uint64_t>(header.size() + left, TlsStream::block_bytes));
    const auto memory = std::make_unique_for_overwrite<char[]>(size);
    const std::span bytes(memory.get(), size);
    std::ranges::copy(header, bytes.begin());
    std::size_t filled = header.size();
    while (filled > 0 || left > 0) {
        const auto wanted = std::min<std::uint64_t>(left, size - filled);
        const auto got = wanted == 0 ? 0 : part.file->read(offset, bytes.subspan(filled, wanted));
        if (got == 0 && wanted > 0)
            co_return false; // the file has become shorter
        offset += got;
        left -= got;
        if (!co_await write_bytes(stream, bytes.first(filled + got), stall))
            co_return false;
        filled = 0;
    }
    co_return true;
}

/// The connection's end is the answer's.
template <class Wire>
boost::asio::awaitable<bool> write_stream(Wire& wire, std::string header, Stream& source,
                                          std::chrono::milliseconds stall)
{
    std::string piece = std::move(header);
    while (!piece.empty()) {
        const std::span<const char> bytes(piece); // g++ 12: nothing is made or assigned within a co_await
        const bool sent = co_await write_bytes(wire, bytes, stall);
        if (!sent)
            co_return false;
        std::string next = co_await source.next();
        piece.swap(next);
    }
    co_return true;
}

template <class Stream>
boost::asio::awaitable<bool> write(Stream& stream, const Response& response, WriteOptions options)
{
    std::string header = header_text(response, options.keep);
    if (response.is_stream() && !options.head)
        co_return co_await write_stream(stream, std::move(header), *std::get<2>(response.body), options.stall);
    const auto* part = std::get_if<FilePart>(&response.body);
    if (options.head || response.status == 304 || response.status == 204 || response.length() == 0)
        co_return co_await write_bytes(stream, header, options.stall);
    if (!part) {
        header += std::get<std::string>(response.body); // one write, one TLS record for most answers
        co_return co_await write_bytes(stream, header, options.stall);
    }
    if constexpr (std::is_same_v<Stream, boost::beast::tcp_stream>) {
        if (!co_await write_bytes(stream, header, options.stall))
            co_return false;
        co_return co_await send_file(stream, *part, options.stall);
    } else {
        co_return co_await write_file_part(stream, header, *part, options.stall);
    }
}

} // namespace farboot::server::http
