#include "pbl/agent/faces.hpp"

#include "pbl/agent/sentence.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/write.hpp>
#include <nlohmann/json.hpp>

#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <deque>

namespace farboot::agent
{

namespace
{

using boost::asio::local::stream_protocol;

constexpr std::size_t max_clients_of_user = 8; ///< each: the browser cannot lock the text menus out
constexpr std::size_t max_unsent = 64;         ///< events for a client that does not read

/// One line, even if a string in it is not UTF-8.
std::string line_of(const nlohmann::json& event)
{
    return event.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";
}

} // namespace

/// One connection. Kept alive by its pending operations.
class Faces::Client : public std::enable_shared_from_this<Client>
{
public:
    Client(Faces& faces, stream_protocol::socket socket, uid_t user)
        : faces_(&faces), socket_(std::move(socket)), user_(user)
    {
    }

    [[nodiscard]] uid_t user() const { return user_; }

    void start()
    {
        for (const auto& event : faces_->handler_.greeting())
            send(line_of(event));
        read();
    }

    void send(std::string line)
    {
        if (unsent_.size() >= max_unsent)
            return close();
        unsent_.push_back(std::move(line));
        if (unsent_.size() == 1)
            write();
    }

    /// The server is gone or does not want this client any more.
    void close()
    {
        boost::system::error_code ignored;
        socket_.close(ignored);
        if (faces_)
            std::exchange(faces_, nullptr)->clients_.erase(shared_from_this());
    }
    void abandon() { faces_ = nullptr; }

private:
    void read()
    {
        boost::asio::async_read_until(socket_, boost::asio::dynamic_buffer(received_, max_message), '\n',
                                      [self = shared_from_this()](auto error, std::size_t length) {
                                          if (error || !self->faces_)
                                              return self->close(); // also for a line that is too long
                                          const auto line = self->received_.substr(0, length);
                                          self->received_.erase(0, length);
                                          if (self->take(line))
                                              self->read();
                                      });
    }

    /// False if the connection has ended.
    bool take(const std::string& line)
    {
        const auto command = nlohmann::json::parse(line, nullptr, false);
        if (!command.is_object()) {
            close();
            return false;
        }
        const auto done = faces_->handler_.command(command);
        if (!done && faces_) {
            const auto sentence = sentence_for(done.error(), {});
            send(line_of({{"event", "error"},
                          {"reason", done.error().reason},
                          {"sentence", {{"de", sentence.de}, {"en", sentence.en}}}}));
        }
        return faces_ != nullptr;
    }

    void write()
    {
        boost::asio::async_write(socket_, boost::asio::buffer(unsent_.front()),
                                 [self = shared_from_this()](auto error, std::size_t) {
                                     if (error || !self->faces_)
                                         return self->close();
                                     self->unsent_.pop_front();
                                     if (!self->unsent_.empty())
                                         self->write();
                                 });
    }

    Faces* faces_;
    stream_protocol::socket socket_;
    uid_t user_;
    std::string received_;
    std::deque<std::string> unsent_;
};

Faces::Faces(boost::asio::io_context& loop, Handler handler)
    : loop_(loop), handler_(std::move(handler)), acceptor_(loop)
{
}

Faces::~Faces()
{
    for (const auto& client : std::exchange(clients_, {})) {
        client->abandon();
        client->close();
    }
}

Result<void> Faces::listen(const std::filesystem::path& path, std::optional<uid_t> browser)
{
    browser_ = browser;
    std::error_code ignored;
    std::filesystem::create_directories(path.parent_path(), ignored);
    std::filesystem::remove(path, ignored);
    try {
        acceptor_.open();
        acceptor_.bind(path.string());
        // Nobody has connected yet: who may is settled before listen().
        if (browser && ::chown(path.c_str(), *browser, static_cast<gid_t>(-1)) != 0)
            return fail("socket", "{} cannot be given to user {}: {}.", path.string(), *browser, std::strerror(errno));
        if (::chmod(path.c_str(), 0600) != 0)
            return fail("socket", "{} cannot be protected: {}.", path.string(), std::strerror(errno));
        acceptor_.listen();
    } catch (const boost::system::system_error& error) {
        return fail("socket", "{} cannot be listened on: {}.", path.string(), error.code().message());
    }
    accept();
    return {};
}

void Faces::broadcast(const nlohmann::json& event)
{
    const auto line = line_of(event);
    for (const auto& client : std::set(clients_)) // send() may drop one
        client->send(line);
}

bool Faces::may_connect(uid_t user) const
{
    const auto connected = std::ranges::count(clients_, user, [](const auto& client) { return client->user(); });
    return (user == 0 || user == browser_) && static_cast<std::size_t>(connected) < max_clients_of_user;
}

void Faces::accept()
{
    acceptor_.async_accept([this](boost::system::error_code error, stream_protocol::socket socket) {
        if (error == boost::asio::error::operation_aborted)
            return;
        if (!error) {
            ucred peer{};
            socklen_t length = sizeof peer;
            const bool known = ::getsockopt(socket.native_handle(), SOL_SOCKET, SO_PEERCRED, &peer, &length) == 0;
            if (known && may_connect(peer.uid)) {
                auto client = std::make_shared<Client>(*this, std::move(socket), peer.uid);
                clients_.insert(client);
                client->start();
            }
        }
        accept();
    });
}

} // namespace farboot::agent
