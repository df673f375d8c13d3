#pragma once

#include "pbl/textmenu/agent_client.hpp"
#include "pbl/textmenu/keys.hpp"
#include "pbl/textmenu/model.hpp"
#include "pbl/textmenu/terminal.hpp"

namespace farboot::textmenu
{

/// Shows what the agent tells, and tells the agent what the person wants.
class MenuLoop
{
public:
    MenuLoop(Terminal terminal, AgentClient agent, Charset charset);

    /// Until `stop_fd` can be read. Reasons: agent-away, version, event-malformed, terminal.
    [[nodiscard]] Result<void> run(int stop_fd);

private:
    [[nodiscard]] Result<void> read_events();
    [[nodiscard]] Result<void> read_keys();
    void press(const Key& key);
    void press_letter(char letter);
    void paint(bool everything);

    Terminal terminal_;
    AgentClient agent_;
    Charset charset_;
    Painter painter_;
    KeyReader keys_;
    Model model_;
    std::size_t selected_ = 0;
};

} // namespace farboot::textmenu
