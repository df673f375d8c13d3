#pragma once

#include <nlohmann/json.hpp>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstring>
#include <filesystem>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace farboot::vmchooser::testing
{

/// The other side of the reader's control socket: answers each line of each connection with what `answer` returns (as
/// it is), and remembers the questions. An empty answer closes the connection.
class ControlServer
{
public:
    using Answer = std::function<std::string(const nlohmann::json&)>;
    ControlServer(const std::filesystem::path& path, Answer answer) : answer_(std::move(answer))
    {
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        std::strncpy(address.sun_path, path.c_str(), sizeof address.sun_path - 1);
        listener_ = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
        ::bind(listener_, reinterpret_cast<const sockaddr*>(&address), sizeof address);
        ::listen(listener_, 8);
        thread_ = std::thread([this] { serve(); });
    }
    ~ControlServer()
    {
        ::shutdown(listener_, SHUT_RDWR); // wakes accept()
        thread_.join();
        ::close(listener_);
    }
    ControlServer(const ControlServer&) = delete;
    ControlServer& operator=(const ControlServer&) = delete;

    [[nodiscard]] std::vector<nlohmann::json> questions() const
    {
        const std::lock_guard guard(lock_);
        return questions_;
    }

private:
    void serve()
    {
        for (int peer; (peer = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC)) >= 0; ::close(peer)) {
            std::string line;
            for (char byte; ::read(peer, &byte, 1) == 1 && byte != '\n';)
                line += byte;
            const auto question = nlohmann::json::parse(line, nullptr, false);
            if (question.is_discarded()) // a client that was cancelled before it asked
                continue;
            {
                const std::lock_guard guard(lock_);
                questions_.push_back(question);
            }
            const auto answer = answer_(question);
            [[maybe_unused]] const auto sent = ::send(peer, answer.data(), answer.size(), MSG_NOSIGNAL);
        }
    }

    Answer answer_;
    int listener_;
    mutable std::mutex lock_;
    std::vector<nlohmann::json> questions_;
    std::thread thread_;
};

} // namespace farboot::vmchooser::testing
