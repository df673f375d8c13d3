#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/compose.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/beast/core/tcp_stream.hpp>

#include <chrono>
#include <cstddef>
#include <memory>
#include <span>
#include <vector>

namespace farboot::server::http
{

/// The server's side of TLS over a TCP stream, whose deadlines hold here too. OpenSSL encrypts a block of an answer as
/// a whole into one buffer, which goes to the kernel at once: Asio's own TLS stream goes through a pair of buffers of
/// 17 KB and the scheduler for each record, which cost a third of the processor's time of serving a store. One
/// operation at a time. Memory for a connection that waits: 17 KB.
class TlsStream
{
public:
    using next_layer_type = boost::beast::tcp_stream;
    using executor_type = next_layer_type::executor_type;

    /// Of an answer: encrypted and sent at once.
    static constexpr std::size_t block_bytes = 128 * 1024;

    /// Throws when there is no memory.
    TlsStream(boost::asio::ip::tcp::socket socket, boost::asio::ssl::context& context);
    ~TlsStream();
    TlsStream(const TlsStream&) = delete;
    TlsStream& operator=(const TlsStream&) = delete;

    [[nodiscard]] executor_type get_executor() { return next_.get_executor(); }
    [[nodiscard]] next_layer_type& next_layer() { return next_; }

    /// Gives why there is none, if it fails.
    [[nodiscard]] boost::asio::awaitable<boost::system::error_code> handshake();

    /// All of it; each block has `stall` to be taken. False: the client has gone or stopped reading.
    [[nodiscard]] boost::asio::awaitable<bool> write(std::span<const char> bytes, std::chrono::milliseconds stall);

    /// Says goodbye, and waits until the client ends the connection, or the stream's deadline.
    [[nodiscard]] boost::asio::awaitable<void> shutdown();

    /// As Asio's AsyncReadStream has it. Fills the first buffer only.
    template <class Buffers, class Token>
    auto async_read_some(const Buffers& buffers, Token&& token)
    {
        const boost::asio::mutable_buffer into(*boost::asio::buffer_sequence_begin(buffers));
        return boost::asio::async_compose<Token, void(boost::system::error_code, std::size_t)>(ReadStep{*this, into},
                                                                                               token, next_);
    }

private:
    struct Impl;

    enum class Outcome {
        done,
        wants_bytes, ///< from the client, then again
        failed,
    };
    struct Tried {
        Outcome outcome = Outcome::failed;
        std::size_t bytes = 0;
        boost::system::error_code failure;
    };

    [[nodiscard]] Tried try_read(boost::asio::mutable_buffer into);
    /// What OpenSSL has to send besides answers: of the handshake, or new keys.
    [[nodiscard]] boost::asio::const_buffer to_send() const;
    void sent(std::size_t bytes);
    /// Where what the client sends goes, and how much of it has come.
    [[nodiscard]] boost::asio::mutable_buffer room();
    void received(std::size_t bytes);
    [[nodiscard]] boost::asio::awaitable<boost::system::error_code> send_all();
    [[nodiscard]] boost::asio::awaitable<boost::system::error_code> receive();

    /// The read, one step a call.
    struct ReadStep {
        TlsStream& stream;
        boost::asio::mutable_buffer into;
        enum class After { nothing, sending, receiving, posting } after = After::nothing;
        Tried tried{};

        template <class Self>
        void operator()(Self& self, boost::system::error_code failure = {}, std::size_t bytes = 0)
        {
            if (after == After::posting)
                return self.complete(tried.failure, tried.bytes);
            if (failure)
                return self.complete(failure, 0);
            const bool first = after == After::nothing;
            if (after == After::sending)
                stream.sent(bytes);
            else if (after == After::receiving)
                stream.received(bytes);
            if (after != After::sending)
                tried = stream.try_read(into);
            if (tried.outcome == Outcome::wants_bytes && stream.to_send().size() > 0) {
                after = After::sending;
                stream.next_.async_write_some(stream.to_send(), std::move(self));
            } else if (tried.outcome == Outcome::wants_bytes) {
                after = After::receiving;
                stream.next_.async_read_some(stream.room(), std::move(self));
            } else if (first) { // never from within the call that began it
                after = After::posting;
                boost::asio::post(stream.get_executor(), std::move(self));
            } else {
                self.complete(tried.failure, tried.bytes);
            }
        }
    };

    next_layer_type next_;
    std::unique_ptr<Impl> impl_;
};

} // namespace farboot::server::http
