#include "tests/unit/pbl/agent/face.hpp"

#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <stdexcept>

namespace farboot::agent::testing_agent
{

using nlohmann::json;

Face::Face(const std::filesystem::path& socket) : fd_(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0))
{
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    socket.native().copy(address.sun_path, sizeof address.sun_path - 1);
    const timeval patience{120, 0};
    ::setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    if (::connect(fd_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
        throw std::runtime_error("no agent at " + socket.string() + ": " + std::strerror(errno));
}

Face::~Face()
{
    ::close(fd_);
}

void Face::send(const std::string& text)
{
    (void)::send(fd_, text.data(), text.size(), MSG_NOSIGNAL);
}

void Face::command(const std::string& name, const std::string& record)
{
    json message{{"command", name}};
    if (!record.empty())
        message["record"] = record;
    send(message.dump() + "\n");
}

json Face::next()
{
    auto end = received_.find('\n');
    while (end == std::string::npos) {
        char buffer[8192];
        const auto got = ::recv(fd_, buffer, sizeof buffer, 0);
        if (got < 0 && errno == EINTR) // a child of the agent has ended; with a timeout, recv() is not restarted
            continue;
        if (got <= 0)
            return nullptr;
        received_.append(buffer, static_cast<std::size_t>(got));
        end = received_.find('\n');
    }
    auto event = json::parse(received_.substr(0, end));
    received_.erase(0, end + 1);
    seen_.push_back(event);
    return event;
}

json Face::wait_for(const std::function<bool(const json&)>& wanted)
{
    while (true) {
        auto event = next();
        if (event.is_null() || wanted(event))
            return event;
    }
}

json Face::wait_state(const std::string& state)
{
    return wait_for([&](const json& event) { return event.value("state", "") == state; });
}

json Face::wait_event(const std::string& name)
{
    return wait_for([&](const json& event) { return event.value("event", "") == name; });
}

bool Face::wait_closed()
{
    return wait_for([](const json&) { return false; }).is_null() && ::send(fd_, "\n", 1, MSG_NOSIGNAL) < 0;
}

std::vector<std::string> Face::states() const
{
    std::vector<std::string> states;
    for (const auto& event : seen_)
        if (const auto state = event.value("state", ""); !state.empty() && (states.empty() || states.back() != state))
            states.push_back(state);
    return states;
}

} // namespace farboot::agent::testing_agent
