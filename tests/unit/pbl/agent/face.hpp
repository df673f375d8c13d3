#pragma once

#include <nlohmann/json.hpp>

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

namespace farboot::agent::testing_agent
{

/// A client of the agent's socket.
class Face
{
public:
    explicit Face(const std::filesystem::path& socket);
    ~Face();
    Face(const Face&) = delete;
    Face& operator=(const Face&) = delete;

    void send(const std::string& text);
    void command(const std::string& name, const std::string& record = "");
    /// The next event for which `wanted` is true; all events up to it are kept in seen(). Null when the connection ends
    /// or two minutes have passed.
    nlohmann::json wait_for(const std::function<bool(const nlohmann::json&)>& wanted);
    nlohmann::json wait_state(const std::string& state);
    nlohmann::json wait_event(const std::string& event);
    /// True once the agent has closed the connection.
    bool wait_closed();
    [[nodiscard]] const std::vector<nlohmann::json>& seen() const { return seen_; }
    /// The states of seen(), each run of the same once.
    [[nodiscard]] std::vector<std::string> states() const;

private:
    nlohmann::json next();
    int fd_;
    std::string received_;
    std::vector<nlohmann::json> seen_;
};

} // namespace farboot::agent::testing_agent
