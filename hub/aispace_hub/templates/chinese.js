// The hub's own pages in Chinese, for browsers that prefer it. Texts the hub may change in a later release stay English.
(function () {
  "use strict";
  var preferred = (navigator.languages || [navigator.language]).map(function (tag) {
    return tag.toLowerCase().split("-")[0];
  });
  var known = preferred.find(function (tag) {
    return tag === "zh" || tag === "en";
  });
  if (known !== "zh") return;

  var words = {
    "Home": "首页",
    "Token": "令牌",
    "Admin": "Hub管理",
    "Services": "服务",
    "Login": "登录",
    "Logout": "退出",
    "OK": "确定",
    "Error": "错误",
    "Close": "关闭",
    "Toggle navigation": "展开导航",
    "Toggle dark mode": "切换深色模式",
    "JupyterHub logo": "JupyterHub标志",
    "Sign in": "登录",
    "Username:": "用户名：",
    "Password:": "密码：",
    "Show password": "显示密码",
    "Invalid username or password": "用户名或密码错误",
    "Warning: JupyterHub seems to be served over an unsecured HTTP connection. We strongly recommend enabling HTTPS for JupyterHub.":
      "警告：当前通过未加密的HTTP访问，建议启用HTTPS。",
    "Server Options": "启动Notebook",
    "Start": "启动",
    "Your server is starting up.": "服务器正在启动。",
    "You will be redirected automatically when it's ready for you.": "就绪后将自动跳转。",
    "Complete": "完成",
    "Event log": "事件",
    "Stop Server": "停止服务器",
    "Stopping...": "停止中…",
    "Stopping server...": "正在停止服务器…",
    "Server stopped successfully!": "服务器已停止",
    "Error stopping server": "停止服务器失败",
    "Server requested": "已请求服务器",
    "Waiting for its time": "等待定时启动",
    "Waiting for free resources": "等待空闲资源",
    "Starting the server": "正在启动服务器",
    "The server runs; waiting for Jupyter to answer": "服务器已运行，等待Jupyter响应",
    "Stop My Server": "停止我的服务器",
    "Start My Server": "启动我的服务器",
    "My Server": "我的服务器",
    "JupyterHub home page": "JupyterHub首页",
    "Server not running": "服务器未运行",
    "Spawn failed": "启动失败",
    "Your server is not running. Would you like to start it?": "服务器未运行。是否启动？",
    "Launch Server": "启动服务器",
    "Relaunch Server": "重新启动服务器",
    "Your server is stopping.": "服务器正在停止。",
    "You will be able to start it again once it has finished stopping.": "停止完成后可以再次启动。",
    "refresh": "刷新",
    "Successfully logged out.": "已退出登录。",
    "Manage JupyterHub Tokens": "管理JupyterHub令牌",
    "Note": "备注",
    "note to identify your new token": "用于识别新令牌的备注",
    "This note will help you keep track of what your tokens are for.": "备注用于记录令牌的用途。",
    "Token expires in": "有效期",
    "1 Hour": "1小时",
    "1 Day": "1天",
    "1 Week": "1周",
    "1 Month": "1个月",
    "1 Year": "1年",
    "Max (1 Year)": "最长（1年）",
    "You can configure when your token will expire.": "可以设置令牌的有效期。",
    "Permissions": "权限",
    "list of scopes for the token to have, separated by space": "令牌的权限范围，以空格分隔",
    "Request new API token": "申请新的API令牌",
    "Your new API Token": "新的API令牌",
    "API Tokens": "API令牌",
    "Last used": "最近使用",
    "Created": "创建时间",
    "Expires": "到期时间",
    "Never": "从未",
    "scopes": "权限范围",
    "revoke": "撤销",
    "Authorized Applications": "已授权的应用",
    "Application": "应用",
    "First Authorized": "首次授权"
  };
  // Our own progress messages carry a place in the queue and the name of a spec.
  var patterns = [
    [/^Waiting for free resources: number (\d+) in the queue(.*)$/, "等待空闲资源：队列第$1位$2"],
    [/^(Waiting for free resources|Starting the server|The server runs; waiting for Jupyter to answer)( \(.*\))$/, null],
    [/^Server ready at (.*)$/, "服务器已就绪：$1"]
  ];

  function translated(text) {
    var plain = text.replace(/\s+/g, " ").trim();
    if (plain === "") return text;
    if (Object.prototype.hasOwnProperty.call(words, plain)) return text.replace(/^(\s*)[\s\S]*?(\s*)$/, "$1" + words[plain] + "$2");
    for (var i = 0; i < patterns.length; i++) {
      var found = patterns[i][0].exec(plain);
      if (found) return patterns[i][1] === null ? words[found[1]] + found[2] : plain.replace(patterns[i][0], patterns[i][1]);
    }
    return text;
  }

  function translate(root) {
    if (root.nodeType === Node.TEXT_NODE) {
      var parent = root.parentElement;
      if (parent && /^(SCRIPT|STYLE|PRE|CODE)$/.test(parent.tagName)) return;
      var text = translated(root.nodeValue);
      if (text !== root.nodeValue) root.nodeValue = text;
      return;
    }
    if (root.nodeType !== Node.ELEMENT_NODE || root.classList.contains("aispace-form")) return;
    ["title", "placeholder", "aria-label", "alt"].forEach(function (name) {
      var value = root.getAttribute(name);
      if (value && translated(value) !== value) root.setAttribute(name, translated(value));
    });
    if (root.tagName === "INPUT" && root.type === "submit") root.value = translated(root.value);
    root.childNodes.forEach(translate);
  }

  function begin() {
    document.documentElement.lang = "zh-CN";
    translate(document.body);
    new MutationObserver(function (changes) {
      changes.forEach(function (change) {
        if (change.type === "characterData") translate(change.target);
        change.addedNodes.forEach(translate);
      });
    }).observe(document.body, { childList: true, subtree: true, characterData: true });
  }

  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", begin);
  else begin();
})();
